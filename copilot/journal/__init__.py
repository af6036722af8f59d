"""What people record beside the plan: readings of metrics, states of tasks."""
