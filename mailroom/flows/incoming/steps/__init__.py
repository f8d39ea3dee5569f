"""One small file a processing step; `pipeline.py` holds their order."""
