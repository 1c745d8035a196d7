"""Pictures of auction results."""
