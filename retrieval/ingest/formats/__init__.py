"""Word, PDF, Excel, CSV and HTML files as Markdown text with the places its lines come from. Converted in a child process."""
