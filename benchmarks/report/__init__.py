"""Pages of tables and plots made from the stored figures."""
