"""Pictures of bidding results."""
