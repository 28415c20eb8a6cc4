"""The HTML that all outputs are made from, which is also the web page."""
