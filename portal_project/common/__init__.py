"""What every app may use and no app owns: pages by key, files that people send in, drafts, files of rows. It imports no app."""
