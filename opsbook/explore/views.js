// ipywidgets gives its sliders no accessible name, and tells a reader of a logarithmic one the logarithm.
const nameSliders = () => document.querySelectorAll(".widget-slider").forEach((slider) => {
  const [handle, label, readout] = [".noUi-handle", ".widget-label", ".widget-readout"].map((part) => slider.querySelector(part));
  if (handle && label) handle.setAttribute("aria-label", label.textContent);
  if (handle && readout) handle.setAttribute("aria-valuetext", readout.textContent);
});
new MutationObserver(nameSliders).observe(document.body, { childList: true, subtree: true, characterData: true });
nameSliders();
