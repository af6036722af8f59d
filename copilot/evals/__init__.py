"""Package `copilot.evals`."""
