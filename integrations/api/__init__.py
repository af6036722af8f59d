"""The HTTP door: translates requests to the copilot and the office, answers and errors back. Decides nothing itself."""
