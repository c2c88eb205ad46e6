"""What every app may use and no app owns: pages by key, files that people send in, drafts. Imports nothing of the project."""
