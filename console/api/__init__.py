"""The pull API for consumers: whom the messaging store shows, what changed, and objections back."""
