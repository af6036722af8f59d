"""The copilot as an OpenAI-compatible model, for the official client and any chat front end."""
