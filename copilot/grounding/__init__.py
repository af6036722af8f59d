"""Package `copilot.grounding`."""
