"""Enable/disable functionalities (CS100000)."""
