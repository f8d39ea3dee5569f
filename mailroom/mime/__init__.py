"""Mail bytes and values: parsing, building, what can be read off a message. Knows nothing of the business."""
