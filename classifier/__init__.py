"""What a contact is to us and what may stay of its acts; pure, from policy packs that are files."""
