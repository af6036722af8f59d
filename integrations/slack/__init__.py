"""The Slack door: events in, answers in their threads. Translates only; what is said is made below."""
