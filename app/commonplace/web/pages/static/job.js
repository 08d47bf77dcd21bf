// Follow an import by its events, so that nobody has to load its page again. Without this a link does.
const shown = document.querySelector("[data-job]");
const bar = shown.querySelector("progress");
const count = shown.querySelector("[data-count]");
const events = new EventSource(`${shown.dataset.job}/events`);

events.addEventListener("status", (event) => {
  const job = JSON.parse(event.data);
  if (job.receipt || job.problem || !["queued", "running"].includes(job.state)) {
    events.close();
    location.reload();
    return;
  }
  if (job.total) {
    bar.max = job.total;
    bar.value = job.done;
  }
  count.textContent = `${job.done.toLocaleString(document.documentElement.lang)} / ${job.total.toLocaleString(document.documentElement.lang)}`;
});
