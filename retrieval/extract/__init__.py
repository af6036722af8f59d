"""Package `retrieval.extract`."""
