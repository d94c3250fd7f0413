"""Uses a feature 100 times in each of eight threads."""
import threading

import usage_client as usage


def work():
    for _ in range(100):
        usage.feature("Load.v1", "Algorithm")


usage.start()
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
usage.end(0)
