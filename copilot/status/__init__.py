"""The weekly progress update: report, words, workflow."""
