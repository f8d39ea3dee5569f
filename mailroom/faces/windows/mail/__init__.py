"""What the email windows share: their columns, commands, reading pane and the frame that shows a body."""
