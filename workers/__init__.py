"""The queues: broker, actors, dispatcher, signs of life, and the runtime that joins things."""
