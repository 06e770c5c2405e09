"""From the text of a file to declared plugins, with the line of each mistake."""
