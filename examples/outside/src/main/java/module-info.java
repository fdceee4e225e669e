/** An application as a module; the same sources run on the class path. */
module com.example.outside {
    requires dev.aptosnet.node;
}
