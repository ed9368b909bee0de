"""The Streamlit app: pages in `views`, shared state in `session`, words in `report`, the board in `components`."""
