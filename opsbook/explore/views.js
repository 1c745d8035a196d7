// What ipywidgets leaves out for people at the keyboard: sliders have no name, a reader of a logarithmic one is told the
// logarithm, and a letter typed into a list is taken by JupyterLab as a command (b: new cell, dd: delete it).
const attend = () => {
  document.querySelectorAll(".widget-slider").forEach((slider) => {
    const [handle, label, readout] = [".noUi-handle", ".widget-label", ".widget-readout"].map((part) => slider.querySelector(part));
    if (handle && label) handle.setAttribute("aria-label", label.textContent);
    if (handle && readout) handle.setAttribute("aria-valuetext", readout.textContent);
  });
  document.querySelectorAll(".jupyter-widgets :is(select, input, button, [tabindex])").forEach((part) => {
    part.setAttribute("data-lm-suppress-shortcuts", "true");
  });
};
new MutationObserver(attend).observe(document.body, { childList: true, subtree: true, characterData: true });
attend();
