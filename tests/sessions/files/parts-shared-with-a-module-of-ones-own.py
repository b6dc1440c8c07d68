# name: parts-shared-with-a-module-of-ones-own
# description: what lists and objects in variables hold is what attributes of modules of one's own hold deep inside, and those hold it together
# %%
import sys, os
os.makedirs("m", exist_ok=True)
open("m/school.py", "w").write('''
ALL, LAST, NAMES = [], None, set()
class Registry:
    def __init__(self):
        self.by_name, self.seen = {}, {}
registry = Registry()
class Student:
    roll = []
    def __init__(self, name):
        global LAST
        self.name, self.marks = name, []
        registry.by_name[name] = self
        ALL.append(self); NAMES.add(self)
        Student.roll.append(self)
        LAST = (self, len(ALL))
''')
sys.path.insert(0, os.path.abspath("m"))
from school import Student, registry
import school
# %%
Student("nobody's")
students = [Student(name) for name in ("ada", "bob", "cy")]
# %%
class Course:
    def __init__(self):
        self.known, self.seen = registry.by_name, registry.seen
course = Course()
registry.by_name["ada"].marks.append(5)
# %%
course.seen["x"] = 1
school.ALL[0].marks.append(3)
print(students[0].marks, registry.seen, registry.by_name["nobody's"].marks)
# %% holds after 2
students[0] is school.ALL[1] is Student.roll[1] is registry.by_name["ada"]
school.ALL[0] is Student.roll[0] is registry.by_name["nobody's"]
school.LAST[0] is students[2] and school.NAMES == set(school.ALL)
# %% holds
students[0] is school.ALL[1] is Student.roll[1] is registry.by_name["ada"]
school.ALL[0] is Student.roll[0] is registry.by_name["nobody's"]
school.LAST[0] is students[2] and school.NAMES == set(school.ALL)
course.known is registry.by_name and course.seen is registry.seen
