// Before the page is painted: the theme that was chosen here before, if one was.
const chosen = localStorage.getItem("sagachart.theme");
if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
