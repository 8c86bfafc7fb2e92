"""The lessons, one page a file, in the order of the path; Streamlit runs each as a script."""
