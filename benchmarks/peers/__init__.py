"""Programs that people use today for the same work, each as its documentation shows: `benchmarks.beside`."""
