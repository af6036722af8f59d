"""Package `integrations`."""
