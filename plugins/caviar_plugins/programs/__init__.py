"""How trainer `command` runs a program: its words, its process, the lines it prints, the files of its trial."""
