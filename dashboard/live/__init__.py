"""The live map: the push feed, its route, and the component that draws it in the browser."""
