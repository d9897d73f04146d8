# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false
"""Reads what was said in one conversation from a topic, in Rasa Pro's environment, which has a Kafka client.

On stdin: the client's settings, the topic, the sender, and how many events to wait for.
"""

import json
import sys
import time

from confluent_kafka import Consumer

SECONDS = 40


def main(settings, topic, sender, count):
    consumer = Consumer({"auto.offset.reset": "earliest", **settings})
    consumer.subscribe([topic])
    events, until = [], time.monotonic() + SECONDS
    while len(events) < count and time.monotonic() < until:
        message = consumer.poll(1)
        if message is None:
            continue
        if message.error():
            sys.exit(f"{topic}: {message.error().str()}")
        event = json.loads(message.value())
        if event.get("sender_id") == sender and "text" in event:
            events.append({"key": (message.key() or b"").decode(), "partition": message.partition(), **event})
    consumer.close()
    sys.stdout.write(json.dumps(events))


if __name__ == "__main__":
    main(**json.load(sys.stdin))
