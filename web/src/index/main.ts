import "../ui/tokens.css";
import "../ui/base.css";
import "../ui/desk.css";
import "./index.css";
import { restoreTheme } from "../ui/theme";

restoreTheme("index");
