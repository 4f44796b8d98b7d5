"""What the screens of hotspots are made of: words, rows, maps and paper. Nothing here fits or measures anything."""
