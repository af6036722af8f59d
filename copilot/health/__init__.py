"""How a plan's metrics stand: readings against targets, paths and forecasts. Pure: plan, readings and the day come in."""
