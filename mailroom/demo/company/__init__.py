"""The demo company, Elvestad Handel AS: its people, its customers and ninety days of their mail."""
