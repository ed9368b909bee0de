"""Pages that need no server: one HTML file with the network in it, or with a recorded solve or a lesson to play."""
