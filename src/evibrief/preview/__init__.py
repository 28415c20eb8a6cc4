"""The web page of a brief in a browser, made anew while its files are edited."""
