"""Package `copilot.llm`."""
