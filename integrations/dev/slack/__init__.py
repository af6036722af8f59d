"""A fake Slack, true to the protocol: Web API, streams, history, rate limits, faults, signed events, Socket Mode."""
