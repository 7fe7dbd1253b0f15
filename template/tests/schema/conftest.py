import sys
from pathlib import Path

# The foundation is imported from the project's folder, wherever pytest was started.
sys.path.append(str(Path(__file__).resolve().parents[2]))
