"""Posts the review of a change as one comment of a pull request, or puts it in place of the last.

What is needed stands in the environment; the action sets it. Whatever the service answers, the job
goes on: its summary has the same text.
"""

import json
import os
import sys
from pathlib import Path

import httpx


def main() -> None:
    """Find the comment of an earlier run by its marker and author, and write it anew or post it."""
    given = os.environ
    written = Path(given["WRITTEN"])
    if not (written / "comment.md").is_file():
        say("there is no review to post")
        return
    marker = f"<!-- forecast-bench review of {given['WORKSPACE'].replace('--', '')} -->"
    body = f"{marker}\n{(written / 'comment.md').read_text('utf-8')}"
    is_empty = json.loads((written / "found.json").read_text("utf-8"))["is_empty"]
    headers = {
        "Authorization": f"Bearer {given['TOKEN']}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    place = f"/repos/{given['GITHUB_REPOSITORY']}/issues"
    try:
        with httpx.Client(base_url=given["GITHUB_API_URL"], headers=headers, timeout=30) as client:
            number = earlier(client, f"{place}/{given['NUMBER']}/comments", marker, given["AUTHOR"])
            if number is not None:
                answer = client.patch(f"{place}/comments/{number}", json={"body": body})
            elif is_empty:
                say("nothing differs, and nothing is posted")
                return
            else:
                answer = client.post(f"{place}/{given['NUMBER']}/comments", json={"body": body})
            answer.raise_for_status()
    except httpx.HTTPStatusError as refused:
        say(f"::warning::no comment: {refused.response.status_code} from the service. {WHY}")
        return
    except httpx.HTTPError as failure:
        say(f"::warning::no comment: {type(failure).__name__}. {WHY}")
        return
    say("the comment was posted" if number is None else "the comment was written anew")


WHY = (
    "A pull request from a fork has a token that may not write, and others need "
    "`pull-requests: write`. The summary of the job has the review."
)


def earlier(client: httpx.Client, place: str, marker: str, author: str) -> int | None:
    """Number of our own comment; one of somebody else with our marker is left alone."""
    page = 1
    while True:
        answer = client.get(place, params={"per_page": 100, "page": page})
        answer.raise_for_status()
        listed = answer.json()
        for one in listed:
            if one["user"]["login"] == author and one["body"].startswith(marker):
                return int(one["id"])
        if len(listed) < 100:
            return None
        page += 1


def say(text: str) -> None:
    """Print a line into the log of the job."""
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    main()
