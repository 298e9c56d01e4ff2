// Debian with OpenRC boots, as every kind of container.
import { boots } from "./boots.ts";

boots("openrc");
