/** The Studio: begins the app in the page. */
import { render } from "preact";
import "virtual:chart-theme.css";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/shell.css";
import "./styles/chart.css";
import "./styles/instance.css";
import { App } from "./app/app.tsx";

const place = document.querySelector("#app");
if (place !== null) render(<App />, place);
