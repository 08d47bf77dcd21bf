// Copies the text of an element to the clipboard, and says so on the button. Without a clipboard the button goes.

for (const button of document.querySelectorAll("button[data-copy]")) {
  const words = button.textContent;
  if (!navigator.clipboard) {
    button.hidden = true;
    continue;
  }
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    button.textContent = button.dataset.done;
    button.setAttribute("aria-live", "polite");
    setTimeout(() => (button.textContent = words), 2000);
  });
}
