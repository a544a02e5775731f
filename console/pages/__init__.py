"""The pages for everybody: objection and sign-up, without login, cookie or script."""
