"""Package `copilot.agent`."""
