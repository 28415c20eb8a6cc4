"""The one HTML that all outputs are made from, and the web page."""
